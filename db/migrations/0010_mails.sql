CREATE TABLE `mails` (
	`mail_id` text PRIMARY KEY NOT NULL,
	`case_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`measure_id` text NOT NULL,
	`template_id` text NOT NULL,
	`status` text NOT NULL,
	`token` text NOT NULL,
	`template_version` integer,
	`language` text,
	`recipient` text,
	`subject` text,
	`body` text,
	`created_at` text NOT NULL,
	`not_before` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`last_attempt_at` text,
	`last_error` text,
	`finished_at` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `mails_token` ON `mails` (`token`);--> statement-breakpoint
CREATE INDEX `mails_list` ON `mails` (`created_at`,`mail_id`);--> statement-breakpoint
CREATE INDEX `mails_status` ON `mails` (`status`,`created_at`,`mail_id`);--> statement-breakpoint
CREATE INDEX `mails_case` ON `mails` (`case_id`,`created_at`,`mail_id`);--> statement-breakpoint
CREATE INDEX `mails_due` ON `mails` (`not_before`) WHERE status = 'queued';--> statement-breakpoint
CREATE INDEX `mails_sending` ON `mails` (`mail_id`) WHERE status = 'sending';--> statement-breakpoint
CREATE TABLE `templates` (
	`template_id` text NOT NULL,
	`version` integer NOT NULL,
	`content` text NOT NULL,
	`created_at` text NOT NULL,
	`from_file` integer DEFAULT false NOT NULL,
	PRIMARY KEY(`template_id`, `version`)
);
--> statement-breakpoint
ALTER TABLE `customers` ADD `bounced_email` text;