#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// Which words mean similar things?
using Math4AI.Language.Words;

// A language of sixteen words: what is eaten, what is driven, and who does it.
string[] people = ["anna", "ben", "clara", "david"], food = ["bread", "soup", "rice", "cake"];
string[] cars = ["cars", "buses", "trucks", "trams"], rest = ["eats", "drives", "often", "today"];
var random = new Random(1);
File.WriteAllLines("sentences.txt", Enumerable.Range(0, 5000).Select(i =>
    $"{people[random.Next(4)]} {rest[i % 2]} {rest[2 + random.Next(2)]} {(i % 2 == 0 ? food : cars)[random.Next(4)]}"));
WordVectors words = WordVectors.Train("sentences.txt", new() { Dimensions = 6 });
File.Delete("sentences.txt");

Console.WriteLine("near 'bread': " + string.Join(", ", words.Near("bread", 3).Select(near => near.Word).Order()));
Console.WriteLine("does not belong: " + words.Odd(["soup", "cake", "trams", "rice"]));
