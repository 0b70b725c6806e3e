"""What people may know and check of this instance, told by the instance itself."""
