CREATE TABLE `absences` (
	`absence_id` text PRIMARY KEY NOT NULL,
	`key_id` text NOT NULL,
	`from_at` text NOT NULL,
	`until_at` text,
	`returned_at` text,
	`created_by` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `absences_key` ON `absences` (`key_id`,`from_at`);--> statement-breakpoint
CREATE INDEX `absences_beginning` ON `absences` (`from_at`) WHERE returned_at is null;--> statement-breakpoint
CREATE TABLE `attachments` (
	`attachment_id` text PRIMARY KEY NOT NULL,
	`case_id` text NOT NULL,
	`name` text NOT NULL,
	`type` text NOT NULL,
	`size` integer NOT NULL,
	`sha256` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `attachments_case` ON `attachments` (`case_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `calendar_feeds` (
	`feed_id` text PRIMARY KEY NOT NULL,
	`key_id` text NOT NULL,
	`hash` text NOT NULL,
	`created_at` text NOT NULL,
	`revoked_at` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `calendar_feeds_hash` ON `calendar_feeds` (`hash`);--> statement-breakpoint
CREATE INDEX `calendar_feeds_key` ON `calendar_feeds` (`key_id`);--> statement-breakpoint
CREATE TABLE `mentions` (
	`key_id` text NOT NULL,
	`note_seq` integer NOT NULL,
	PRIMARY KEY(`key_id`, `note_seq`)
);
--> statement-breakpoint
CREATE TABLE `notes` (
	`note_seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`note_id` text NOT NULL,
	`case_id` text NOT NULL,
	`text` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `notes_id` ON `notes` (`note_id`);--> statement-breakpoint
CREATE INDEX `notes_case` ON `notes` (`case_id`,`note_seq`);--> statement-breakpoint
CREATE TABLE `team_members` (
	`team_id` text NOT NULL,
	`key_id` text NOT NULL,
	`skills` text NOT NULL,
	`hours` text,
	`created_at` text NOT NULL,
	PRIMARY KEY(`team_id`, `key_id`)
);
--> statement-breakpoint
CREATE INDEX `team_members_key` ON `team_members` (`key_id`);--> statement-breakpoint
CREATE TABLE `teams` (
	`team_id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`assignment` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `cases` ADD `expected_gain` integer;--> statement-breakpoint
ALTER TABLE `tasks` ADD `expected_gain` integer;--> statement-breakpoint
ALTER TABLE `tasks` ADD `escalated_at` text;--> statement-breakpoint
CREATE INDEX `tasks_queue` ON `tasks` (`queue`,agreed desc,expected_gain desc,`due_at`,`task_id`,`paused_until`) WHERE status = 'open' and assignee is null;--> statement-breakpoint
CREATE INDEX `tasks_escalated` ON `tasks` (`status`,`due_at`,`task_id`) WHERE escalated_at is not null;--> statement-breakpoint
CREATE INDEX `tasks_last_worker` ON `tasks` (`customer_id`,`closed_at`) WHERE completed_by is not null;