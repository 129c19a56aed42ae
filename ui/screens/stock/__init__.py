"""Stock: one SKU's availability everywhere, with where each number came from and how old it is.

``state`` is what there is to show, ``presenter`` decides (no widgets), ``view.StockScreen`` lays out.

Names for tests and the headless journey, below ``stockScreen``:

==================== ================================================================================
stockSearch          line edit: SKU or words; Down goes to the suggestions, Enter takes the first
stockSuggestions     list of what is found
stockTable           place, status, quantity, from when, source, age
stockNotice          label: the DOM is silent, nothing known
stockPhoto           the product's photo
stockName, stockSku, stockFacts
askDomButton         asks the DOM now (F5)
==================== ================================================================================
"""
