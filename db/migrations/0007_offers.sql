CREATE TABLE `case_offers` (
	`case_id` text NOT NULL,
	`measure_id` text NOT NULL,
	`offer_id` text NOT NULL,
	`customer_id` text NOT NULL,
	`cost` integer NOT NULL,
	`valid_days` integer NOT NULL,
	`status` text NOT NULL,
	`approved` integer DEFAULT false NOT NULL,
	`proposed_at` text NOT NULL,
	`granted_at` text,
	`code` text,
	`expires_at` text,
	`redeemed_at` text,
	`order_id` text,
	PRIMARY KEY(`case_id`, `measure_id`, `offer_id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `case_offers_code` ON `case_offers` (`code`);--> statement-breakpoint
CREATE INDEX `case_offers_customer` ON `case_offers` (`customer_id`,`status`);--> statement-breakpoint
CREATE INDEX `case_offers_month` ON `case_offers` (`proposed_at`,`status`,`offer_id`,`cost`);--> statement-breakpoint
CREATE TABLE `offers` (
	`offer_id` text PRIMARY KEY NOT NULL,
	`content` text NOT NULL,
	`changed_at` text NOT NULL,
	`retired_at` text
);
