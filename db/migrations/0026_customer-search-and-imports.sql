CREATE TABLE `customer_words` (
	`word` text NOT NULL,
	`customer_id` text NOT NULL,
	PRIMARY KEY(`word`, `customer_id`)
);
--> statement-breakpoint
CREATE INDEX `customer_words_customer` ON `customer_words` (`customer_id`);--> statement-breakpoint
CREATE TABLE `imports` (
	`import_id` text PRIMARY KEY NOT NULL,
	`file_name` text NOT NULL,
	`bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`header` text NOT NULL,
	`uploaded_by` text NOT NULL,
	`uploaded_at` text NOT NULL,
	`status` text NOT NULL,
	`dry_run` integer,
	`read_as` text,
	`started_at` text,
	`finished_at` text,
	`progress` real NOT NULL,
	`rows` integer NOT NULL,
	`counts` text,
	`error` text,
	`doubt` text
);
--> statement-breakpoint
CREATE INDEX `imports_list` ON `imports` (`uploaded_at`,`import_id`);