"""An API by FastAPI; it names no server of its own."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def hello():
    return {"hello": "from FastAPI"}


@app.get("/add/{a}/{b}")
def add(a: int, b: int):
    return {"sum": a + b}
