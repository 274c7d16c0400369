"""What each part of a page is: typed blocks of HTML and text, packs, people's corrections."""
