CREATE INDEX `case_causes_further` ON `case_causes` (`case_id`) WHERE further_causes <> '[]';--> statement-breakpoint
CREATE INDEX `cases_losses` ON `cases` (`opened_at`,`end_reason`,`cause`,`case_id`,`customer_id`,`lost_at`,`regained_at`,`assessed_cause`,`verified_cause`);--> statement-breakpoint
CREATE INDEX `control_draws_drawn` ON `control_draws` (`case_id`) WHERE drawn;