using Math4AI.Language.Generation;
using Math4AI.Language.Texts;
using Math4AI.Training;
using Math4AI.Training.Networks;

namespace Math4AI.Language;

/// <summary>
/// Lets a network write a short text after its first, second, fourth, eighth … evaluation. The texts are drawn from a
/// seed of their own, so that the training is the same without them.
/// </summary>
internal sealed class SampleWriting(CharTransformer network, TextSymbols symbols) : TrainerCallback
{
    private static readonly GenerationOptions Options = new() { Length = 200 };

    private readonly List<TextSample> samples = [];

    /// <summary>Gets the texts so far.</summary>
    public IReadOnlyList<TextSample> Samples => samples;

    /// <inheritdoc/>
    public override void OnValidation(TrainingMoment moment)
    {
        if (int.IsPow2(moment.History.Count))
        {
            var model = new LanguageModel(DecoderWeights.Of(network), new Lazy<TextSymbols?>(symbols));
            string beginning = model.HasDocuments ? string.Empty : "\n";
            samples.Add(new TextSample(moment.Step, string.Concat(model.Generate(beginning, Options))));
        }
    }
}
