CREATE TABLE `order_returns` (
	`customer_id` text NOT NULL,
	`order_id` text NOT NULL,
	`return_id` text NOT NULL,
	`amount` integer NOT NULL,
	`returned_at` text NOT NULL,
	PRIMARY KEY(`customer_id`, `order_id`, `return_id`)
);
--> statement-breakpoint
CREATE TABLE `case_judgements` (
	`judgement_seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`case_id` text NOT NULL,
	`at` text NOT NULL,
	`judgement` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `case_judgements_case` ON `case_judgements` (`case_id`,`judgement_seq`);--> statement-breakpoint
CREATE TABLE `control_draws` (
	`case_id` text PRIMARY KEY NOT NULL,
	`trigger` text NOT NULL,
	`tier` text NOT NULL,
	`percent` integer NOT NULL,
	`place` integer NOT NULL,
	`drawn` integer DEFAULT false NOT NULL,
	`at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `control_draws_place` ON `control_draws` (`trigger`,`tier`,`percent`,`place`);--> statement-breakpoint
CREATE TABLE `campaigns` (
	`campaign_id` text PRIMARY KEY NOT NULL,
	`title` text NOT NULL,
	`causes` text NOT NULL,
	`product` text,
	`created_at` text NOT NULL,
	`created_by` text NOT NULL,
	`stopped_at` text
);
--> statement-breakpoint
CREATE TABLE `recontacts` (
	`case_id` text PRIMARY KEY NOT NULL,
	`customer_id` text NOT NULL,
	`origin` text NOT NULL,
	`campaign_id` text,
	`due_at` text NOT NULL,
	`expected_gain` integer NOT NULL,
	`status` text NOT NULL,
	`left_out` text,
	`opened_case_id` text,
	`settled_at` text
);
--> statement-breakpoint
CREATE INDEX `recontacts_rank` ON `recontacts` (`origin`,`expected_gain`,`case_id`) WHERE status = 'waiting';--> statement-breakpoint
CREATE INDEX `recontacts_list` ON `recontacts` (`status`,`due_at`,`case_id`);--> statement-breakpoint
CREATE INDEX `recontacts_campaign` ON `recontacts` (`campaign_id`,`status`);--> statement-breakpoint
ALTER TABLE `purchases` ADD `returned` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `case_figures` ADD `strict_regain` text;--> statement-breakpoint
ALTER TABLE `case_figures` ADD `strict_because` text;--> statement-breakpoint
ALTER TABLE `case_figures` ADD `strict_until` text;--> statement-breakpoint
ALTER TABLE `case_figures` ADD `observed_until` text;--> statement-breakpoint
CREATE INDEX `case_figures_pending` ON `case_figures` (`strict_until`) WHERE strict_regain = 'pending' and strict_until is not null;--> statement-breakpoint
CREATE INDEX `case_figures_arms` ON `case_figures` (`cause`,`tier`,`playbook_id`,`playbook_version`) WHERE playbook_id is not null;--> statement-breakpoint
CREATE INDEX `case_figures_unjudged` ON `case_figures` (`case_id`) WHERE strict_regain is null;--> statement-breakpoint
CREATE INDEX `case_figures_observed` ON `case_figures` (`observed_until`) WHERE observed_until is not null;