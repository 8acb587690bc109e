ALTER TABLE `case_figures` ADD `rules` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `case_figures_rules` ON `case_figures` (`rules`);--> statement-breakpoint
ALTER TABLE `campaigns` ADD `category` text;--> statement-breakpoint
ALTER TABLE `campaigns` ADD `region` text;--> statement-breakpoint
CREATE INDEX `tasks_parts` ON `tasks` (`case_id`,`type`,`measure_id`,`completed_by`,`queue`,`closed_at`) WHERE status = 'done' and case_id is not null;--> statement-breakpoint
CREATE INDEX `tasks_parts_by` ON `tasks` (`completed_by`,`case_id`,`closed_at`,`status`) WHERE status = 'done' and case_id is not null and completed_by is not null;