CREATE TABLE `case_causes` (
	`cause_seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`statement_id` text NOT NULL,
	`case_id` text NOT NULL,
	`layer` text NOT NULL,
	`cause` text NOT NULL,
	`category` text,
	`further_causes` text NOT NULL,
	`sureness` text,
	`competitor` text,
	`note` text,
	`by` text,
	`at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `case_causes_statement` ON `case_causes` (`statement_id`);--> statement-breakpoint
CREATE INDEX `case_causes_case` ON `case_causes` (`case_id`,`layer`,`at`);--> statement-breakpoint
CREATE TABLE `cause_categories` (
	`code` text PRIMARY KEY NOT NULL,
	`parent` text NOT NULL,
	`name` text NOT NULL,
	`created_at` text NOT NULL,
	`retired_at` text
);
--> statement-breakpoint
CREATE TABLE `cause_rule_sets` (
	`version` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`rules` text NOT NULL,
	`created_at` text NOT NULL,
	`created_by` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `cases` ADD `verified_cause` text;