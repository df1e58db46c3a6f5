"""What happens in the expertise: experts are named, given files, recused; they mark, hand in, and are asked again."""
