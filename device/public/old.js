/* For browsers that cannot run the app: written so that the oldest of them can. Chromium 100 (2022) is the first that has what it needs. */
(function () {
  var found = /Chrom(?:e|ium)\/(\d+)/.exec(navigator.userAgent);
  var lacks = typeof Promise === 'undefined' || !window.indexedDB || typeof structuredClone !== 'function' || !Object.hasOwn || !Array.prototype.at;
  if (!lacks && !(found && Number(found[1]) < 100)) return;
  document.documentElement.setAttribute('data-old', '');
  var words = [
    ['fr', 'ltr', 'Ce navigateur est trop ancien pour Hirfa', 'Ouvrez le Play Store, cherchez « Chrome », touchez « Mettre à jour », puis ouvrez Hirfa de nouveau. Si le téléphone ne le permet pas, demandez-en un autre à la chambre. Ce qui est déjà gardé sur ce téléphone n’est pas perdu.'],
    ['ar', 'rtl', 'هذا المتصفح قديم جدا بالنسبة إلى حِرفة', 'افتحي متجر Play، ابحثي عن Chrome، المسي «تحديث»، ثم افتحي حِرفة من جديد. إن لم يسمح الهاتف بذلك فاطلبي هاتفا آخر من الغرفة. ما حُفظ على هذا الهاتف لم يضع.'],
    ['en', 'ltr', 'This browser is too old for Hirfa', 'Open the Play Store, look for “Chrome”, touch “Update”, then open Hirfa again. If the phone does not allow it, ask the chamber for another one. What is kept on this phone already is not lost.']
  ];
  function show() {
    var root = document.getElementById('app');
    if (!root) return;
    root.innerHTML = '';
    var main = document.createElement('main');
    main.className = 'content stack old';
    for (var i = 0; i < words.length; i += 1) {
      var part = document.createElement('section');
      var title = document.createElement(i === 0 ? 'h1' : 'h2');
      var text = document.createElement('p');
      part.className = 'card stack-small';
      part.setAttribute('lang', words[i][0]);
      part.setAttribute('dir', words[i][1]);
      title.appendChild(document.createTextNode(words[i][2]));
      text.appendChild(document.createTextNode(words[i][3]));
      part.appendChild(title);
      part.appendChild(text);
      main.appendChild(part);
    }
    root.appendChild(main);
  }
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', show);
  else show();
})();
