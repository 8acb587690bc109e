ALTER TABLE `tasks` ADD `offer_id` text;--> statement-breakpoint
ALTER TABLE `tasks` ADD `mail_id` text;--> statement-breakpoint
CREATE INDEX `tasks_mail` ON `tasks` (`mail_id`) WHERE mail_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `tasks_one_open_of_mail` ON `tasks` (`mail_id`) WHERE status = 'open' and mail_id is not null;