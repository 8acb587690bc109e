CREATE TABLE `attempts` (
	`name` text PRIMARY KEY NOT NULL,
	`count` integer NOT NULL,
	`until` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `attempts_until` ON `attempts` (`until`);--> statement-breakpoint
CREATE TABLE `password_links` (
	`link_id` text PRIMARY KEY NOT NULL,
	`key_id` text NOT NULL,
	`kind` text NOT NULL,
	`hash` text NOT NULL,
	`sealed` text,
	`created_at` text NOT NULL,
	`expires_at` text NOT NULL,
	`status` text NOT NULL,
	`not_before` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`last_attempt_at` text,
	`last_error` text,
	`finished_at` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `password_links_hash` ON `password_links` (`hash`);--> statement-breakpoint
CREATE INDEX `password_links_key` ON `password_links` (`key_id`);--> statement-breakpoint
CREATE INDEX `password_links_mail` ON `password_links` (`status`,`not_before`) WHERE sealed is not null;--> statement-breakpoint
CREATE INDEX `password_links_end` ON `password_links` (`expires_at`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`session_id` text PRIMARY KEY NOT NULL,
	`key_id` text NOT NULL,
	`hash` text NOT NULL,
	`previous_hash` text,
	`rotated_at` text NOT NULL,
	`confirmed` integer DEFAULT false NOT NULL,
	`agent` text,
	`created_at` text NOT NULL,
	`last_used_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_hash` ON `sessions` (`hash`);--> statement-breakpoint
CREATE INDEX `sessions_previous` ON `sessions` (`previous_hash`);--> statement-breakpoint
CREATE INDEX `sessions_key` ON `sessions` (`key_id`);--> statement-breakpoint
CREATE INDEX `sessions_idle` ON `sessions` (`last_used_at`);--> statement-breakpoint
CREATE INDEX `sessions_age` ON `sessions` (`created_at`);--> statement-breakpoint
CREATE TABLE `users` (
	`key_id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`language` text NOT NULL,
	`password_hash` text,
	`issuer` text,
	`subject` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email` ON `users` (`email`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_subject` ON `users` (`issuer`,`subject`) WHERE subject is not null;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `kind` text DEFAULT 'key' NOT NULL;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `expires_at` text;--> statement-breakpoint
CREATE INDEX `api_keys_expiring` ON `api_keys` (`expires_at`) WHERE expires_at is not null and revoked_at is null;--> statement-breakpoint
CREATE INDEX `tasks_team` ON `tasks` (`status`,`queue`,`due_at`,`task_id`) WHERE queue is not null;--> statement-breakpoint
CREATE INDEX `commands_newest` ON `commands` (`at`,`command_id`);--> statement-breakpoint
CREATE INDEX `commands_actor` ON `commands` (`actor`,`at`,`command_id`);--> statement-breakpoint
CREATE INDEX `commands_action` ON `commands` (`action`,`at`,`command_id`);--> statement-breakpoint
CREATE INDEX `commands_target` ON `commands` (`target`,`at`,`command_id`);