document.querySelector('h1').textContent += ', and from its script'
