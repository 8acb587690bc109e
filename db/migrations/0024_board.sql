CREATE TABLE `saved_views` (
	`view_id` text PRIMARY KEY NOT NULL,
	`key_id` text NOT NULL,
	`name` text NOT NULL,
	`filter` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `saved_views_name` ON `saved_views` (`key_id`,`name`);--> statement-breakpoint
CREATE INDEX `cases_board` ON `cases` (`status`,`step`,case when next_due_at is null then opened_at else next_due_at end,`case_id`,`trigger`,`tier`,`cause`);