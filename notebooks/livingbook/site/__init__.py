"""The site: staging, building and publishing the pages, and what every published file says of itself."""
