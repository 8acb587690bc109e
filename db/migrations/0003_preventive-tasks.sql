CREATE TABLE `complaints` (
	`customer_id` text NOT NULL,
	`complaint_id` text NOT NULL,
	`recorded_at` text NOT NULL,
	`answered_at` text,
	`noticed_at` text,
	PRIMARY KEY(`customer_id`, `complaint_id`)
);
--> statement-breakpoint
CREATE INDEX `complaints_waiting` ON `complaints` (`recorded_at`) WHERE answered_at is null and noticed_at is null;--> statement-breakpoint
CREATE TABLE `early_sign_counts` (
	`sign` text NOT NULL,
	`answer` text NOT NULL,
	`signs` integer NOT NULL,
	PRIMARY KEY(`sign`, `answer`)
);
--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_tasks` (
	`task_id` text PRIMARY KEY NOT NULL,
	`case_id` text,
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
	`result` text,
	`sign` text,
	`sign_at` text,
	`sign_data` text
);
--> statement-breakpoint
INSERT INTO `__new_tasks`("task_id", "case_id", "customer_id", "type", "step", "status", "assignee", "attempt", "agreed", "created_at", "due_at", "deadline_at", "paused_until", "closed_at", "close_reason", "completed_by", "result") SELECT "task_id", "case_id", "customer_id", "type", "step", "status", "assignee", "attempt", "agreed", "created_at", "due_at", "deadline_at", "paused_until", "closed_at", "close_reason", "completed_by", "result" FROM `tasks`;--> statement-breakpoint
DROP TABLE `tasks`;--> statement-breakpoint
ALTER TABLE `__new_tasks` RENAME TO `tasks`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `tasks_inbox` ON `tasks` (`status`,`due_at`,`task_id`);--> statement-breakpoint
CREATE INDEX `tasks_assignee` ON `tasks` (`status`,`assignee`,`due_at`,`task_id`);--> statement-breakpoint
CREATE INDEX `tasks_type` ON `tasks` (`status`,`type`,`due_at`,`task_id`);--> statement-breakpoint
CREATE INDEX `tasks_case` ON `tasks` (`case_id`,`status`,`due_at`,`task_id`);--> statement-breakpoint
CREATE INDEX `tasks_sign` ON `tasks` (`status`,`sign`,`due_at`,`task_id`) WHERE sign is not null;--> statement-breakpoint
CREATE INDEX `tasks_preventive` ON `tasks` (`customer_id`,`created_at`) WHERE sign is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `tasks_one_preventive` ON `tasks` (`customer_id`) WHERE status = 'open' and sign is not null;