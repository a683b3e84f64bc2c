"""Use cases: one public function, one intention, one transaction."""
