ALTER TABLE `attachments` ADD `deleted_at` text;--> statement-breakpoint
ALTER TABLE `attachments` ADD `deleted_by` text;