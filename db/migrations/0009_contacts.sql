CREATE TABLE `call_hours` (
	`weekday` integer NOT NULL,
	`hour` integer NOT NULL,
	`calls` integer NOT NULL,
	`answered` integer NOT NULL,
	PRIMARY KEY(`weekday`, `hour`)
);
--> statement-breakpoint
CREATE TABLE `contacts` (
	`command_id` text PRIMARY KEY NOT NULL,
	`task_id` text NOT NULL,
	`case_id` text,
	`customer_id` text NOT NULL,
	`channel` text NOT NULL,
	`purpose` text NOT NULL,
	`outcome` text NOT NULL,
	`at` text NOT NULL,
	`permitted` integer NOT NULL,
	`reason` text NOT NULL,
	`basis` text,
	`rule` text,
	`permission_id` integer,
	`proof` text
);
--> statement-breakpoint
CREATE INDEX `contacts_customer` ON `contacts` (`customer_id`,`at`);--> statement-breakpoint
CREATE INDEX `contacts_case` ON `contacts` (`case_id`);--> statement-breakpoint
CREATE INDEX `contacts_task` ON `contacts` (`task_id`,`at`);--> statement-breakpoint
CREATE TABLE `holidays` (
	`region` text NOT NULL,
	`day` text NOT NULL,
	`name` text NOT NULL,
	PRIMARY KEY(`region`, `day`)
);
--> statement-breakpoint
CREATE TABLE `planned_contacts` (
	`customer_id` text PRIMARY KEY NOT NULL,
	`due_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `planned_contacts_due` ON `planned_contacts` (`due_at`);--> statement-breakpoint
ALTER TABLE `customers` ADD `time_zone` text;--> statement-breakpoint
ALTER TABLE `permissions` ADD `purpose` text;