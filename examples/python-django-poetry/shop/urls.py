from django.http import HttpResponse
from django.urls import path


def hello(request):
    return HttpResponse("<h1>Hello from Django</h1>\n")


urlpatterns = [path("", hello)]
