"""What fugai claims to do, checked against a real PostGIS."""
