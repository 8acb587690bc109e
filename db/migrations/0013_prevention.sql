CREATE TABLE `customer_marks` (
	`likeness` text NOT NULL,
	`mark` text NOT NULL,
	`customer_id` text NOT NULL,
	PRIMARY KEY(`likeness`, `mark`, `customer_id`)
);
--> statement-breakpoint
CREATE INDEX `customer_marks_customer` ON `customer_marks` (`customer_id`);--> statement-breakpoint
CREATE TABLE `duplicates` (
	`duplicate_id` text PRIMARY KEY NOT NULL,
	`customer_id` text NOT NULL,
	`former_id` text NOT NULL,
	`case_id` text NOT NULL,
	`alike` text NOT NULL,
	`found_at` text NOT NULL,
	`status` text NOT NULL,
	`decided_at` text,
	`decided_by` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `duplicates_pair` ON `duplicates` (`customer_id`,`former_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `duplicates_one_person` ON `duplicates` (`customer_id`) WHERE status = 'confirmed';--> statement-breakpoint
CREATE INDEX `duplicates_list` ON `duplicates` (`status`,`found_at`,`duplicate_id`);--> statement-breakpoint
CREATE INDEX `duplicates_former` ON `duplicates` (`former_id`);--> statement-breakpoint
CREATE TABLE `loss_rises` (
	`rise_id` text PRIMARY KEY NOT NULL,
	`cause` text NOT NULL,
	`category` text,
	`product` text,
	`region` text,
	`topic` text NOT NULL,
	`from_at` text NOT NULL,
	`to_at` text NOT NULL,
	`cases` integer NOT NULL,
	`expected` real NOT NULL,
	`chance` real NOT NULL,
	`basis` text NOT NULL,
	`found_at` text NOT NULL,
	`last_seen_at` text NOT NULL,
	`ended_at` text
);
--> statement-breakpoint
CREATE INDEX `loss_rises_topic` ON `loss_rises` (`topic`,`last_seen_at`);--> statement-breakpoint
CREATE INDEX `loss_rises_standing` ON `loss_rises` (`chance`) WHERE ended_at is null;--> statement-breakpoint
CREATE TABLE `payroll_closings` (
	`period` text PRIMARY KEY NOT NULL,
	`until` text NOT NULL,
	`closed_at` text NOT NULL,
	`closed_by` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `point_entries` (
	`entry_seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`occasion` text NOT NULL,
	`key_id` text NOT NULL,
	`number` integer NOT NULL,
	`achievement` text NOT NULL,
	`case_id` text,
	`task_id` text,
	`customer_id` text NOT NULL,
	`points` integer NOT NULL,
	`reason` text NOT NULL,
	`policy_version` text NOT NULL,
	`occurred_at` text NOT NULL,
	`due_at` text NOT NULL,
	`payable_at` text NOT NULL,
	`booked_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `point_entries_once` ON `point_entries` (`occasion`,`key_id`,`number`);--> statement-breakpoint
CREATE INDEX `point_entries_customer` ON `point_entries` (`customer_id`);--> statement-breakpoint
CREATE INDEX `point_entries_key` ON `point_entries` (`key_id`,`entry_seq`);--> statement-breakpoint
CREATE INDEX `point_entries_payable` ON `point_entries` (`payable_at`);--> statement-breakpoint
CREATE TABLE `prevention_actions` (
	`action_id` text PRIMARY KEY NOT NULL,
	`cause` text NOT NULL,
	`category` text,
	`product` text,
	`region` text,
	`topic` text NOT NULL,
	`title` text NOT NULL,
	`description` text,
	`owner` text,
	`due_at` text,
	`expected_fewer_percent` integer,
	`status` text NOT NULL,
	`evidence` text,
	`created_by` text,
	`created_at` text NOT NULL,
	`started_at` text,
	`ended_at` text,
	`revision` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `prevention_actions_one_current` ON `prevention_actions` (`topic`) WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX `prevention_actions_list` ON `prevention_actions` (`created_at`,`action_id`);--> statement-breakpoint
CREATE INDEX `prevention_actions_status` ON `prevention_actions` (`status`,`created_at`,`action_id`);--> statement-breakpoint
CREATE TABLE `prevention_changes` (
	`action_id` text NOT NULL,
	`revision` integer NOT NULL,
	`at` text NOT NULL,
	`by` text,
	`changes` text NOT NULL,
	PRIMARY KEY(`action_id`, `revision`)
);
--> statement-breakpoint
ALTER TABLE `purchases` ADD `product` text;