#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// Three microphones, three voices: who said what?
using Math4AI.Audio;
using Math4AI.Separation;
using Math4AI.Separation.Quality;

// A built-in cocktail party whose sources and mixing are known, so that the answer can be judged.
Recording mixture = CocktailParty.Mix(CocktailParty.Sources(1), CocktailParty.Mixing);
var separation = Separator.MinimumMutualInformation().Separate(mixture);

// The unmixing times the true mixing is a scaled permutation where the separation is perfect: Amari's error is then 0.
double error = SeparationQuality.AmariError(separation.Unmixing.Matrix * CocktailParty.Mixing);
Console.WriteLine(
    $"{separation.Unmixing.Sources} sources from {mixture.Channels} channels, Amari error {error:0.0000}");

string file = Path.Combine(Path.GetTempPath(), "math4ai-sources.wav");
separation.Sources.Save(file, replace: true);
Console.WriteLine($"written to {file}");
