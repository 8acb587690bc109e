CREATE TABLE `offer_draws` (
	`case_id` text NOT NULL,
	`measure_id` text NOT NULL,
	`offer_id` text NOT NULL,
	`probability` real NOT NULL,
	`arms` text NOT NULL,
	`left_out` text NOT NULL,
	`trial` text NOT NULL,
	`objective` text NOT NULL,
	`drawn_at` text NOT NULL,
	PRIMARY KEY(`case_id`, `measure_id`)
);
