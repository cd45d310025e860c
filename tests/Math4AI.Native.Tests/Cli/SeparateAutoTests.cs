using Math4AI.Audio;
using Math4AI.Data.Tables;
using Math4AI.Separation;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Cli;

/// <summary>C# and the command give the same answer.</summary>
public class SeparateAutoTests : TemporaryFolder
{
    [Fact]
    public void A_mixture_has_the_same_unmixing_from_both()
    {
        CocktailParty.Mix(CocktailParty.Sources(1), CocktailParty.Mixing).Slice(0, 100_000).Save(In("party.wav"));
        Run("party.wav");
        AutoSeparationResult<Recording> found = Separator.Auto().Separate(Recording.Read(In("party.wav")));
        Assert.False(found.IsRoom);
        Assert.Equal(MatrixFile.Read(In("out/unmixing.npy")), found.Mixture.Unmixing.Matrix);
        AssertSame(found.Sources);

        Run("party.wav", "--sources", "auto", "--method", "ml", "--seed", "3", "--force");
        SeparationMethod ml = Separator.Methods.Single(method => method.Name == "ml");
        found = Separator.Auto(new SeparationOptions { Method = ml, EstimatesSources = true, Seed = 3 })
            .Separate(Recording.Read(In("party.wav")));
        Assert.Equal(MatrixFile.Read(In("out/unmixing.npy")), found.Mixture!.Unmixing.Matrix);
        Assert.Equal(found.Mixture.Unmixing.Sources, found.Options.Sources);
    }

    [Fact]
    public void Masks_of_a_mixture_without_echoes_are_not_said_to_be_of_a_room()
    {
        Matrix<double> mixing = Matrix<double>.Build.DenseOfArray(new[,] { { 0.7, 0.2, 0.5 }, { 0.1, 0.8, 0.5 } });
        CocktailParty.Mix(CocktailParty.Sources(1).Slice(0, 144_000), mixing).Save(In("pair.wav"));
        Finished done = Repository.Ask(
            ["separate", "pair.wav", "--sources", "3", "--more-than-microphones"], Folder);
        Assert.True(done.Code == 0, done.Errors);
        Assert.Matches(
            "^3 sources from 2 channels of 144000 samples without echoes .statistic 0.00[0-9], a room above 0.014.: "
            + "masks, [0-9]+ iterations, ",
            done.Output);
        Assert.Contains(
            "\"model\": \"instantaneous\"", File.ReadAllText(In("out/result.json")), StringComparison.Ordinal);
        Assert.Contains("<h1>Separated sources</h1>", File.ReadAllText(In("out/report.html")),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("ilrma")]
    public void A_room_has_the_same_sources_from_both(string? method)
    {
        string path = Repository.Data("rooms", "room-2x2-rt150", "mixture.wav");
        Run([path, .. method is null ? Array.Empty<string>() : ["--method", method]]);
        var options = new SeparationOptions { Method = Separator.Methods.SingleOrDefault(each => each.Name == method) };
        AutoSeparationResult<Recording> found = Separator.Auto(options).Separate(Recording.Read(path));
        Assert.True(found.IsRoom);
        Assert.Equal(method ?? "auxiva", found.Method.Name);
        Assert.Equal(method is not null, double.IsNaN(found.RoomStatistic));
        AssertSame(found.Sources);
    }

    private void Run(params string[] arguments)
    {
        Finished done = Repository.Ask(["separate", "--no-report", .. arguments], Folder);
        Assert.True(done.Code == 0, done.Errors);
    }

    private void AssertSame(Recording sources)
    {
        for (int k = 0; k < sources.Channels; k++)
        {
            Assert.Equal(sources.Channel(k), Recording.Read(In($"out/source-{k + 1}.wav")).Channel(0));
        }
    }
}
