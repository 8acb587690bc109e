CREATE TABLE `waiting_events` (
	`first_seq` integer PRIMARY KEY NOT NULL,
	`last_seq` integer NOT NULL
);
