#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// What comes next in a text?
using Math4AI.Language;

// A text with a simple rule, and a small transformer that learns it character by character.
string text = string.Concat(Enumerable.Range(0, 2000).Select(i => $"{i % 9} + 1 = {i % 9 + 1}\n"));
var options = new TextTrainingOptions { Layers = 2, Width = 64, Context = 32 };
TextModel model = TextModel.Train(text, options with { Trainer = options.Trainer with { Steps = 400 } }).Model;

Console.WriteLine("continued from '7':");
Console.WriteLine("7" + string.Concat(model.Generate("\n7", new() { Length = 40, Temperature = 0 })));
