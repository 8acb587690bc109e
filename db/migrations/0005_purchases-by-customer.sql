CREATE TABLE `__new_purchases` (
	`customer_id` text NOT NULL,
	`order_id` text NOT NULL,
	`purchased_at` text NOT NULL,
	`amount` integer NOT NULL,
	`currency` text NOT NULL,
	PRIMARY KEY(`customer_id`, `order_id`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_purchases`("customer_id", "order_id", "purchased_at", "amount", "currency") SELECT "customer_id", "order_id", "purchased_at", "amount", "currency" FROM `purchases` ORDER BY "customer_id", "order_id";--> statement-breakpoint
DROP TABLE `purchases`;--> statement-breakpoint
ALTER TABLE `__new_purchases` RENAME TO `purchases`;
