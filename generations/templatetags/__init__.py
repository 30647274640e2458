"""What the studio's templates can say beside Django's own words."""
