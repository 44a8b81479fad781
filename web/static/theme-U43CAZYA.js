{let e=document.documentElement,t=matchMedia("(prefers-color-scheme: dark)"),a=()=>{e.dataset.chosen||(e.dataset.bsTheme=t.matches?"dark":"light")};a(),t.addEventListener("change",a)}
