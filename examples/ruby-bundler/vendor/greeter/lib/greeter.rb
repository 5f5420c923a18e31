module Greeter
  def self.greeting = "Hello from a gem"
end
