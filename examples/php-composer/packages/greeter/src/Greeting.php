<?php

namespace Greeter;

/** What the page says. */
final class Greeting
{
    public static function from(string $place): string
    {
        return 'Hello from ' . mb_convert_case($place, MB_CASE_TITLE);
    }
}
