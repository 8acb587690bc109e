CREATE TABLE `fits` (
	`fit_id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`fitted_at` text NOT NULL,
	`content` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `cases` ADD `trigger_detail` text;--> statement-breakpoint
ALTER TABLE `cases` ADD `silent_loss` text;--> statement-breakpoint
DELETE FROM `scan_candidates`;--> statement-breakpoint
ALTER TABLE `scan_candidates` ADD `silent_loss` text NOT NULL;--> statement-breakpoint
ALTER TABLE `scan_candidates` DROP COLUMN `silent_days`;--> statement-breakpoint
ALTER TABLE `scan_candidates` DROP COLUMN `dormant_after_days`;--> statement-breakpoint
ALTER TABLE `scans` ADD `detection` text;