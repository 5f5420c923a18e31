# A server with nothing but Ruby's own library, and one gem that lies beside it.

require "greeter"
require "json"
require "socket"

def answer(path)
  case path
  when "/" then "#{Greeter.greeting}\n"
  # Where the interpreter and its library are: both lie in the release.
  when "/ruby" then JSON.generate(line: RUBY_VERSION[/\d+\.\d+/], carried: [Gem.ruby, JSON.method(:generate).source_location[0]].all?(/\.slipway/))
  end
end

server = TCPServer.new("0.0.0.0", Integer(ENV.fetch("PORT")))
trap("TERM") { exit }
loop do
  Thread.new(server.accept) do |client|
    path = client.gets.to_s.split[1]
    nil until client.gets.to_s.strip.empty?
    body = answer(path)
    client.write("HTTP/1.1 #{body ? "200 OK" : "404 Not Found"}\r\nContent-Length: #{body.to_s.bytesize}\r\nConnection: close\r\n\r\n#{body}")
    client.close
  end
end
