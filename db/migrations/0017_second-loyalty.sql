ALTER TABLE `cases` ADD `warned_since` text;--> statement-breakpoint
ALTER TABLE `mails` ADD `after_return` integer DEFAULT false NOT NULL;