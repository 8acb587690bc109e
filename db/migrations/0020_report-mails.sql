CREATE TABLE `report_mails` (
	`month` text NOT NULL,
	`recipient` text NOT NULL,
	`status` text NOT NULL,
	`not_before` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`last_attempt_at` text,
	`last_error` text,
	`finished_at` text,
	PRIMARY KEY(`month`, `recipient`)
);
