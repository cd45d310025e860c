#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// Is a review kind or not? (The text classification tutorial: sequences of words of different lengths.)
using Math4AI.Training;
using Math4AI.Training.Samples;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

string[] kind = ["good", "fine", "lovely"], unkind = ["bad", "dull", "awful"],
    other = ["the", "film", "was", "and", "long"];
string[] words = ["", .. kind, .. unkind, .. other];
var random = new Random(1);
(Tensor Words, long Label) Review(int i)
{
    IEnumerable<string> text = Enumerable.Range(0, random.Next(3, 12)).Select(_ => other[random.Next(other.Length)])
        .Append((i % 2 == 0 ? kind : unkind)[random.Next(3)]);
    return (tensor(text.Select(word => (long)Array.IndexOf(words, word)).ToArray()), i % 2);
}

var reviews = Enumerable.Range(0, 300).Select(Review).ToArray();
SequenceData Part(Range range) =>
    new(reviews[range].Select(one => one.Words).ToArray(), tensor(reviews[range].Select(one => one.Label).ToArray()));

// Padding is the word 0; the mean goes over the words that the mask says are there.
var embedding = Trainer.Create(() => Embedding(words.Length, 8));
var head = Trainer.Create(() => Linear(8, 2));
Tensor Score(Batch batch)
{
    Tensor mask = batch[Batch.MaskName].unsqueeze(2).to(float32);
    Tensor score = head.forward((embedding.forward(batch.Inputs) * mask).sum(1) / mask.sum(1));
    batch.Log("accuracy", score.argmax(1).eq(batch.Targets).to(float32).mean());
    return F.cross_entropy(score, batch.Targets);
}

SequenceData train = Part(..200);
TrainingResult result = Trainer.Fit(Sequential(embedding, head), Score, train, Part(200..),
    new TrainerOptions
    {
        Epochs = 40,
        Rate = 2e-2,
        Sampler = train.Buckets,
        Monitor = TrainingMonitor.Highest("accuracy"),
    });
Console.WriteLine($"{result.History[result.BestEpoch - 1].Metrics["accuracy"]:P0} of new reviews are told apart");
