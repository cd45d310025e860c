using Math4AI.Audio;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Separation;
using Math4AI.Separation.Ica;
using Math4AI.Separation.Quality;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Separation;

public class AutoSeparatorTests
{
    public static TheoryData<string> Mixed() =>
        [.. Separator.Methods.Where(each => !each.IsForRooms).Select(each => each.Name)];

    [Theory]
    [MemberData(nameof(Mixed))]
    public void Every_listed_method_keeps_what_its_entry_promises(string name)
    {
        SeparationMethod method = Separator.Methods.Single(each => each.Name == name);
        Matrix<double> sources = Mixtures.Laplace(5000, 2, 1);
        for (int t = 1; t < sources.RowCount; t++)
        {
            sources[t, 0] += 0.9 * sources[t - 1, 0];
        }

        Matrix<double> mixture = sources * Mixtures.WellConditioned(2, 2).Transpose();
        var samples = new MatrixSampleSource(mixture);
        AutoSeparationResult<Matrix<double>> found = Separator.Auto(new SeparationOptions
        {
            Method = method,
        }).Separate(mixture);
        Assert.True(found.Mixture!.IsConverged, found.ToString());
        Assert.Same(method, found.Mixture.Method);
        Assert.Equal(method.HasStandardErrors, UnmixingErrors.Of(samples, found.Mixture) is not null);
        Assert.NotEmpty(method.Summary);
        Assert.NotEmpty(method.Objective);

        Exception? refusal = Record.Exception(() => Stability.Of(samples, found.Mixture, found.Options, 2));
        Assert.Equal(method.UsesSampleOrder, refusal is NotSupportedException);

        Matrix<double> near = found.Mixture.Unmixing.Matrix;
        Accepts(method.TakesStart, new SeparationOptions { Method = method, Start = near });
        Accepts(method.TakesContrast, new SeparationOptions { Method = method, Contrast = Contrast.Cube });
        Accepts(method.TakesSearchSamples, new SeparationOptions { Method = method, SearchSamples = 2000 });
    }

    [Fact]
    public void More_sources_than_channels_are_refused_with_what_leads_somewhere()
    {
        Recording party = CocktailParty.Sources(1).Slice(0, 96_000);
        Recording pair = CocktailParty.Mix(
            party, Matrix<double>.Build.DenseOfArray(new[,] { { 0.7, 0.2, 0.5 }, { 0.1, 0.8, 0.5 } }));
        const string Refusal = "3 sources were asked for, and there are 2 channels: record as many channels as there "
            + "are sources, ask for 2 or fewer";
        string Message(SeparationOptions options) =>
            Assert.Throws<ArgumentException>(() => Separator.Auto(options).Separate(pair)).Message;
        var three = new SeparationOptions { Sources = 3 };
        Assert.Equal(
            Refusal + ", or let masks cut out more, which leave gaps (--more-than-microphones).", Message(three));
        AutoSeparationResult<Recording> masked =
            Separator.Auto(three with { MoreThanMicrophones = true }).Separate(pair);
        Assert.Equal(3, masked.Sources.Channels);

        // Masks do not go with a method of another kind, and samples that are no sound have none.
        Assert.Equal(Refusal + ".", Message(three with { Method = Separator.Methods[0] }));
        Matrix<double> samples = Mixtures.Laplace(1000, 2, 1);
        Assert.Equal(
            Refusal + ".",
            Assert.Throws<ArgumentException>(() => Separator.Auto(three).Separate(samples)).Message);
        Assert.StartsWith(
            Refusal + ".", Assert.Throws<ArgumentException>(() => Separator.Jade(3).Separate(samples)).Message,
            StringComparison.Ordinal);
        Assert.Equal(
            "3 sources were asked for, and there is 1 channel: record as many channels as there are sources.",
            Assert.Throws<ArgumentException>(() => Separator.Auto(three).Separate(pair.Only(0))).Message);
        Assert.Contains(
            "in a room", Message(three with { IsRoom = true }), StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_that_do_not_fit_together_are_refused_in_one_sentence()
    {
        SeparationMethod mi = Separator.Methods.Single(each => each.Name == "mi");
        SeparationOptions[] wrong =
        [
            new() { Sources = 0 },
            new() { ReferenceMicrophone = -1 },
            new() { SearchSamples = 10 },
            new() { IsRoom = true, Method = mi },
            new() { Start = Matrix<double>.Build.DenseIdentity(2), Sources = 2 },
            new() { IsRoom = true, Contrast = Contrast.Exp },
        ];
        Assert.All(wrong, options => Assert.Throws<ArgumentException>(() => Separator.Auto(options)));
    }

    [Fact]
    public void Settings_of_rooms_that_have_no_part_are_said_and_a_microphone_that_is_not_there_is_refused()
    {
        Recording party = CocktailParty.Sources(1).Slice(0, 20_000);
        AutoSeparationResult<Recording> found = Separator.Auto(
            new SeparationOptions { IsRoom = false, IsLinear = true, ReferenceMicrophone = 2 }).Separate(party);
        Assert.Contains("(linear sources, the reference microphone) have no effect", found.Notes[^1],
            StringComparison.Ordinal);
        Assert.Equal(found.Notes, found.Mixture!.Notes);
        Assert.Equal(
            "There is no microphone 4 to refer to: the recording has 3 channels.",
            Assert.Throws<ArgumentException>(
                () => Separator.Auto(new SeparationOptions { ReferenceMicrophone = 3 }).Separate(party)).Message);
    }

    [Theory]
    [InlineData(1e-300, "too small for their squares to be represented: multiply all by one large number.")]
    [InlineData(1e300, "too large for their squares to be represented: divide all by one large number.")]
    [InlineData(0.0, "Every channel is constant")]
    public void Samples_whose_squares_cannot_be_represented_are_no_constants(double unit, string what)
    {
        var mixture = Matrix<double>.Build.Dense(1000, 2, (t, c) => unit * (2.0 + Math.Sin((0.1 + c) * t)));
        Assert.Contains(
            what, Assert.Throws<ArgumentException>(() => Separator.Auto().Separate(mixture)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_that_are_no_sound_come_from_no_room()
    {
        Matrix<double> mixture = Mixtures.Laplace(2000, 2, 1);
        Assert.True(double.IsNaN(Separator.Auto().Separate(mixture).RoomStatistic));
        Assert.Throws<ArgumentException>(() => Separator.Auto(new SeparationOptions
        {
            IsRoom = true,
        }).Separate(mixture));
    }

    [Fact]
    public void The_party_is_separated_and_says_so_in_one_line()
    {
        Recording party = CocktailParty.Mix(CocktailParty.Sources(1), CocktailParty.Mixing).Slice(0, 50_000);
        AutoSeparationResult<Recording> found = Separator.Auto().Separate(party);
        Assert.Equal(3, found.Sources.Channels);
        Assert.Matches("^3 sources from 3 channels of 50000 samples: mi, converged in \\d+ iterations, condition "
            + "number ", $"{found}");
    }

    private static void Accepts(bool isTaken, SeparationOptions options)
    {
        Exception? refusal = Record.Exception(() => Separator.Auto(options));
        Assert.Equal(isTaken, refusal is null);
    }
}
