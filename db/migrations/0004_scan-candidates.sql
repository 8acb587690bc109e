DELETE FROM `scan_candidates`;--> statement-breakpoint
ALTER TABLE `scan_candidates` ADD `last_purchase_at` text NOT NULL;--> statement-breakpoint
ALTER TABLE `scans` ADD `worthwhile` integer DEFAULT 0 NOT NULL;