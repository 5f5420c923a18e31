<?php

// Pages by PHP's own server, with a package that composer installed.

require __DIR__ . '/../vendor/autoload.php';

if ($_SERVER['REQUEST_URI'] === '/php') {
    header('Content-Type: application/json');
    // Where the interpreter is: it lies in the release.
    echo json_encode(['line' => (int) PHP_VERSION, 'carried' => str_contains(PHP_BINARY, '.slipway')]);
} else {
    echo Greeter\Greeting::from('composer'), "\n";
}
