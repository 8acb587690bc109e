ALTER TABLE `mails` ADD `send_by` text;--> statement-breakpoint
ALTER TABLE `mails` ADD `possibly_sent` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `mails_customer` ON `mails` (`customer_id`,`status`);--> statement-breakpoint
CREATE INDEX `mails_attempted` ON `mails` (`last_attempt_at`);