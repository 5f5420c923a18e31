Gem::Specification.new do |gem|
  gem.name = "greeter"
  gem.version = "1.0.0"
  gem.summary = "What the server says"
  gem.authors = ["Slipway"]
  gem.files = ["lib/greeter.rb"]
end
