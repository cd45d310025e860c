using Math4AI.Language;
using Math4AI.Language.Generation;
using Math4AI.Language.Texts;
using Math4AI.Runtime;
using Math4AI.Tests.Training;
using Math4AI.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Tests.Language.Folders;

[Collection(TorchGenerator.Name)]
public sealed class TunedModelTests : TemporaryFolder
{
    private static readonly string Text =
        string.Concat(Enumerable.Range(0, 600).Select(i => $"{i % 9} + 1 = {i % 9 + 1}\n"));

    public TunedModelTests() => Assert.True(Compute.HasTensors);

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama-grouped")]
    [InlineData("llama-tied")]
    [InlineData("llama-scaled")]
    public void The_network_that_is_trained_has_the_logits_of_the_folder_and_gives_its_weights_back(string name)
    {
        var model = LanguageModel.Load(Path.Combine(
            Repository.Root, "tests", "Math4AI.Native.Tests", "Language", "Folders", name));
        int[] tokens = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3];
        using var network = new DecoderNetwork(model.Weights);
        using IDisposable mode = no_grad();
        using DisposeScope scope = NewDisposeScope();
        float[] found =
        [
            .. network.forward(tensor(tokens.Select(token => (long)token).ToArray(), [1, tokens.Length]))
                .contiguous().data<float>(),
        ];
        Assert.All(model.Logits(tokens).Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        var again = new LanguageModel(network.ToWeights(), new Lazy<TextSymbols?>((TextSymbols?)null));
        Assert.Equal(model.Logits(tokens), again.Logits(tokens));
    }

    [Fact]
    public void A_folder_learns_a_further_text_and_the_model_before_stays_as_it_is()
    {
        var about = new TextModelDescription(string.Empty, 24, 1, 2, 32)
        {
            Merges = Tokenizer.Train(Text, 262).Merges,
        };
        TorchRandom.From(5, () => new TextModel(about)).Language.Save(In("m"));
        var model = LanguageModel.Load(In("m"));
        TextScore before = model.Score(Text);
        TextTrainingOptions options = TextTrainingOptions.FineTuning;
        Trained<LanguageModel> trained = model.Train(
            Text, options with { Trainer = options.Trainer with { Steps = 60, EvaluateEvery = 30, Rate = 0.01 } });
        Assert.Equal(before, model.Score(Text));
        TextScore after = trained.Model.Score(Text);
        Assert.True(after.Loss < 0.5 * before.Loss, $"{before.Loss} before, {after.Loss} after");
        trained.Model.Save(In("n"));
        Assert.Equal(after, LanguageModel.Load(In("n")).Score(Text));
        Assert.Throws<ArgumentException>(() => model.Train("too short"));
        Assert.Throws<InvalidOperationException>(() => model.WithInt8Weights().Train(Text));
    }

    [Fact]
    public void A_model_of_characters_goes_on_from_its_weights_and_refuses_what_it_does_not_know()
    {
        var about = new TextModelDescription(string.Concat(Text.Distinct().Order()), 16, 1, 2, 16);
        TextModel model = TorchRandom.From(5, () => new TextModel(about));
        double before = model.Score(Text).Loss;
        TextTrainingOptions options = TextTrainingOptions.FineTuning with { From = model };
        TrainerOptions trainer = options.Trainer with { Steps = 40, EvaluateEvery = 20, Rate = 0.01 };
        TextModel trained = TextModel.Train(Text, options with { Trainer = trainer }).Model;
        Assert.Equal(before, model.Score(Text).Loss);
        Assert.Equal(about, trained.About);
        Assert.True(trained.Score(Text).Loss < before - 0.5);
        double Loss(int? context) => TextModel.Train(
            Text, options with { Trainer = trainer with { Steps = 1 }, Context = context }).Validation.Scores["loss"];
        Assert.Equal(Loss(16), Loss(null));
        Assert.NotEqual(Loss(16), Loss(8));
        ArgumentException e = Assert.Throws<ArgumentException>(() => TextModel.Train(Text + "§", options));
        Assert.Contains("'§'", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<ArgumentException>(() => TextModel.Train(Text, options with { Context = 17 }));
        Assert.Contains("16 symbols at most", e.Message, StringComparison.Ordinal);
        Assert.Contains("17, and", Assert.Throws<ArgumentException>(
            () => model.Language.Train(Text, options with { Context = 17 })).Message, StringComparison.Ordinal);
    }
}
