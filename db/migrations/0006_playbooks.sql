ALTER TABLE `cases` ADD `plan` text;--> statement-breakpoint
ALTER TABLE `playbooks` ADD `from_file` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `playbooks` ADD `retired_at` text;--> statement-breakpoint
ALTER TABLE `tasks` ADD `measure_id` text;--> statement-breakpoint
ALTER TABLE `tasks` ADD `queue` text;