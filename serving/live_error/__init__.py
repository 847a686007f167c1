"""How often automated answers are wrong; a category that breaks its promise is demoted."""
