CREATE TABLE `policy_publications` (
	`publication_id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`version` text,
	`at` text NOT NULL,
	`actor` text NOT NULL,
	`reason` text
);
