CREATE TABLE `case_figures` (
	`case_id` text PRIMARY KEY NOT NULL,
	`opened_at` text NOT NULL,
	`decided_at` text,
	`trigger` text NOT NULL,
	`tier` text,
	`cause` text,
	`target_group` text NOT NULL,
	`playbook_id` text,
	`playbook_version` integer,
	`decision` text,
	`control_group` integer DEFAULT false NOT NULL,
	`contacted` integer DEFAULT false NOT NULL,
	`reached` integer DEFAULT false NOT NULL,
	`outcome` text,
	`regained_at` text,
	`regained_after` integer,
	`lost_again_at` text,
	`lost_again_after` integer,
	`second_loss_cause` text,
	`second_lifetime_value` integer,
	`work_minutes` integer NOT NULL,
	`work` integer NOT NULL,
	`contact` integer NOT NULL,
	`concession` integer NOT NULL,
	`revenue` integer NOT NULL,
	`margin` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `case_figures_decided` ON `case_figures` (`decided_at`) WHERE decided_at is not null;--> statement-breakpoint
CREATE INDEX `case_figures_returned` ON `case_figures` (`regained_at`) WHERE regained_at is not null;--> statement-breakpoint
CREATE TABLE `ledger` (
	`entry_seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`case_id` text NOT NULL,
	`kind` text NOT NULL,
	`source` text NOT NULL,
	`at` text NOT NULL,
	`currency` text NOT NULL,
	`amount` integer NOT NULL,
	`margin` integer NOT NULL,
	`minutes` integer,
	`basis` text,
	`correction` integer DEFAULT false NOT NULL,
	`booked_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `ledger_case` ON `ledger` (`case_id`,`entry_seq`);--> statement-breakpoint
CREATE INDEX `ledger_purchases` ON `ledger` (`case_id`,`source`,`at`,`amount`) WHERE kind = 'purchase';--> statement-breakpoint
CREATE INDEX `cases_returned` ON `cases` (`customer_id`) WHERE regained_at is not null;--> statement-breakpoint
CREATE INDEX `tasks_done` ON `tasks` (`case_id`,`type`,`measure_id`,`completed_by`,`queue`) WHERE status = 'done' and case_id is not null;