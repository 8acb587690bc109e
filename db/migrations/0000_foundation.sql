CREATE TABLE `api_keys` (
	`key_id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`hash` text NOT NULL,
	`created_at` text NOT NULL,
	`revoked_at` text,
	`last_used_at` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_hash` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE TABLE `cases` (
	`case_id` text PRIMARY KEY NOT NULL,
	`customer_id` text NOT NULL,
	`episode` integer NOT NULL,
	`trigger` text NOT NULL,
	`status` text NOT NULL,
	`step` text NOT NULL,
	`outcome` text,
	`end_reason` text,
	`tier` text,
	`cause` text,
	`stated_cause` text,
	`assessed_cause` text,
	`stated_reason` text,
	`effective_at` text,
	`opened_at` text NOT NULL,
	`closed_at` text,
	`next_due_at` text,
	`paused_until` text,
	`policy_version` text NOT NULL,
	`decision` text,
	`decision_reason` text,
	`second_lifetime_value` integer,
	`control_group` integer DEFAULT false NOT NULL,
	`contacted` integer DEFAULT false NOT NULL,
	`playbook_id` text,
	`playbook_version` integer,
	`regained_at` text,
	`regained_by` text,
	`regained_amount` integer DEFAULT 0 NOT NULL,
	`concession_cost` integer DEFAULT 0 NOT NULL,
	`satisfaction_score` integer,
	`opened_by` text NOT NULL,
	`revision` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `cases_customer_episode` ON `cases` (`customer_id`,`episode`);--> statement-breakpoint
CREATE UNIQUE INDEX `cases_one_open` ON `cases` (`customer_id`) WHERE status = 'open';--> statement-breakpoint
CREATE INDEX `cases_walk` ON `cases` (`status`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_closed` ON `cases` (`closed_at`) WHERE closed_at is not null;--> statement-breakpoint
CREATE INDEX `cases_list` ON `cases` (`status`,`opened_at`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_due` ON `cases` (`status`,`next_due_at`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_step` ON `cases` (`status`,`step`,`opened_at`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_trigger` ON `cases` (`status`,`trigger`,`opened_at`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_tier` ON `cases` (`status`,`tier`,`opened_at`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_cause` ON `cases` (`status`,`cause`,`opened_at`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_outcome` ON `cases` (`status`,`outcome`,`opened_at`,`case_id`);--> statement-breakpoint
CREATE TABLE `commands` (
	`command_id` text PRIMARY KEY NOT NULL,
	`actor` text NOT NULL,
	`role` text NOT NULL,
	`action` text NOT NULL,
	`target` text NOT NULL,
	`case_id` text,
	`request` text NOT NULL,
	`idempotency_key` text,
	`status` text NOT NULL,
	`error` text,
	`at` text NOT NULL,
	`finished_at` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `commands_idempotency` ON `commands` (`actor`,`idempotency_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `commands_one_completion` ON `commands` (`target`) WHERE action = 'task.complete' and status = 'pending';--> statement-breakpoint
CREATE INDEX `commands_case` ON `commands` (`case_id`,`at`);--> statement-breakpoint
CREATE TABLE `customers` (
	`customer_id` text PRIMARY KEY NOT NULL,
	`kind` text,
	`name` text,
	`email` text,
	`phone` text,
	`country` text,
	`language` text,
	`extra` text DEFAULT '{}' NOT NULL,
	`profile_at` text,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`objected_at` text,
	`deceased_at` text,
	`cancelled_at` text,
	`purchases` integer DEFAULT 0 NOT NULL,
	`total_amount` integer DEFAULT 0 NOT NULL,
	`currency` text,
	`last_purchase_at` text
);
--> statement-breakpoint
CREATE TABLE `events` (
	`event_seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`source` text NOT NULL,
	`event_id` text NOT NULL,
	`type` text NOT NULL,
	`customer_id` text NOT NULL,
	`time` text NOT NULL,
	`received_at` text NOT NULL,
	`data` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `events_source_id` ON `events` (`source`,`event_id`);--> statement-breakpoint
CREATE TABLE `installation` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `outbox` (
	`outbox_id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`order_key` text NOT NULL,
	`kind` text NOT NULL,
	`payload` text NOT NULL,
	`created_at` text NOT NULL,
	`not_before` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`last_error` text,
	`done_at` text
);
--> statement-breakpoint
CREATE INDEX `outbox_undone` ON `outbox` (`outbox_id`) WHERE done_at is null;--> statement-breakpoint
CREATE INDEX `outbox_undone_key` ON `outbox` (`order_key`,`outbox_id`) WHERE done_at is null;--> statement-breakpoint
CREATE TABLE `permissions` (
	`permission_id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`customer_id` text NOT NULL,
	`channel` text NOT NULL,
	`granted` integer NOT NULL,
	`legal_basis` text,
	`proof` text,
	`at` text NOT NULL,
	`source` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `permissions_customer` ON `permissions` (`customer_id`,`channel`,`at`);--> statement-breakpoint
CREATE TABLE `playbooks` (
	`playbook_id` text NOT NULL,
	`version` integer NOT NULL,
	`content` text NOT NULL,
	`created_at` text NOT NULL,
	PRIMARY KEY(`playbook_id`, `version`)
);
--> statement-breakpoint
CREATE TABLE `policies` (
	`version` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`content` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `purchases` (
	`customer_id` text NOT NULL,
	`order_id` text NOT NULL,
	`purchased_at` text NOT NULL,
	`amount` integer NOT NULL,
	`currency` text NOT NULL,
	PRIMARY KEY(`customer_id`, `order_id`)
);
--> statement-breakpoint
CREATE INDEX `purchases_customer_time` ON `purchases` (`customer_id`,`purchased_at`);--> statement-breakpoint
CREATE TABLE `scan_candidates` (
	`scan_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`second_lifetime_value` integer NOT NULL,
	`expected_gain` integer NOT NULL,
	`gain_per_hour` integer NOT NULL,
	`silent_days` integer NOT NULL,
	`dormant_after_days` integer NOT NULL,
	PRIMARY KEY(`scan_id`, `customer_id`)
);
--> statement-breakpoint
CREATE INDEX `scan_candidates_rank` ON `scan_candidates` (`scan_id`,`gain_per_hour`,`customer_id`);--> statement-breakpoint
CREATE TABLE `scans` (
	`scan_id` text PRIMARY KEY NOT NULL,
	`origin` text NOT NULL,
	`status` text NOT NULL,
	`started_at` text NOT NULL,
	`finished_at` text,
	`total` integer NOT NULL,
	`scanned` integer DEFAULT 0 NOT NULL,
	`cursor` text,
	`dormant` integer DEFAULT 0 NOT NULL,
	`opened` integer DEFAULT 0 NOT NULL,
	`waiting` integer DEFAULT 0 NOT NULL,
	`error` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `scans_one_running` ON `scans` (`status`) WHERE status = 'running';--> statement-breakpoint
CREATE INDEX `scans_newest` ON `scans` (`started_at`,`scan_id`);--> statement-breakpoint
CREATE TABLE `tasks` (
	`task_id` text PRIMARY KEY NOT NULL,
	`case_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`type` text NOT NULL,
	`step` text NOT NULL,
	`status` text NOT NULL,
	`assignee` text,
	`attempt` integer NOT NULL,
	`agreed` integer DEFAULT false NOT NULL,
	`created_at` text NOT NULL,
	`due_at` text NOT NULL,
	`deadline_at` text NOT NULL,
	`paused_until` text,
	`closed_at` text,
	`close_reason` text,
	`completed_by` text,
	`result` text
);
--> statement-breakpoint
CREATE INDEX `tasks_inbox` ON `tasks` (`status`,`due_at`,`task_id`);--> statement-breakpoint
CREATE INDEX `tasks_assignee` ON `tasks` (`status`,`assignee`,`due_at`,`task_id`);--> statement-breakpoint
CREATE INDEX `tasks_type` ON `tasks` (`status`,`type`,`due_at`,`task_id`);--> statement-breakpoint
CREATE INDEX `tasks_case` ON `tasks` (`case_id`,`status`,`due_at`,`task_id`);--> statement-breakpoint
CREATE TABLE `timeline` (
	`case_id` text NOT NULL,
	`seq` integer NOT NULL,
	`at` text NOT NULL,
	`code` text NOT NULL,
	`data` text NOT NULL,
	PRIMARY KEY(`case_id`, `seq`)
);
