using Math4AI.Data.Images;
using Math4AI.Training.Images;
using SkiaSharp;

namespace Math4AI.Tests.Data;

/// <summary>Folders of images as people have them.</summary>
public class ImageFolderTests : TemporaryFolder
{
    private static string Case(string name) => Repository.Cases("images", name);

    [Fact]
    public void Colors_are_chosen_over_all_images()
    {
        ImageSet images = ImageSet.Read(Case("grey_first"));
        Assert.Equal(3, images.Channels);
        Assert.Equal(["a_red", "b_green"], images.Classes);
        Assert.Equal(24, images.Count);
    }

    [Fact]
    public void Black_ink_on_a_transparent_ground_is_told_where_nothing_of_it_is_left()
    {
        foreach ((string name, SKColor ink) in new[] { ("black", SKColors.Black), ("red", SKColors.Red) })
        {
            using var image = new SKBitmap(new SKImageInfo(8, 8, SKColorType.Rgba8888, SKAlphaType.Unpremul));
            image.Erase(SKColors.Transparent);
            image.SetPixel(3, 4, ink);
            Directory.CreateDirectory(In($"inks/{name}"));
            using FileStream file = File.Create(In($"inks/{name}/0.png"));
            image.Encode(file, SKEncodedImageFormat.Png, 100);
        }

        string warning = Assert.Single(ImageSet.Read(In("inks")).Warnings);
        Assert.StartsWith("1 of 2 images are of one color but for what is transparent", warning,
            StringComparison.Ordinal);
        Assert.Contains(Path.Combine("black", "0.png"), warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Hidden_folders_are_no_classes() =>
        Assert.Equal(["a_red", "b_green"], ImageSet.Read(Case("hidden")).Classes);

    [Fact]
    public void Folders_of_training_and_validation_are_parts_and_no_classes()
    {
        (ImageSet images, ImageSet? test) = ImageSet.ReadParts(Case("split"));
        Assert.Equal(["a_red", "b_green"], images.Classes);
        Assert.Equal(images.Classes, test!.Classes);
        Assert.DoesNotContain(-1, test.Labels);
        Assert.Null(ImageSet.ReadParts(Case("hidden")).Test);
    }

    [Fact]
    public void An_image_is_turned_as_its_camera_was_held()
    {
        for (int i = 0; i < 3; i++)
        {
            ImageSet plain = ImageSet.Read(Path.Combine(Case("exif_p"), $"plain_up{i}.jpg"));
            ImageSet turned = ImageSet.Read(Path.Combine(Case("exif_p"), $"up{i}.jpg"));
            Assert.Equal((plain.Height, plain.Width), (turned.Height, turned.Width));
            double difference = plain.Pixels.Zip(turned.Pixels, (p, q) => Math.Abs(p - q)).Average();
            Assert.True(difference < 0.03, $"image {i}: {difference}");
        }
    }

    [Fact]
    public void Images_of_other_formats_are_counted_aloud()
    {
        string message = Assert.Throws<InvalidDataException>(() => ImageSet.Read(Case("tif"))).Message;
        Assert.Contains("8 of 16 images", message, StringComparison.Ordinal);
        Assert.Contains("convert them to PNG", message, StringComparison.Ordinal);
        Assert.Equal(8, ImageSet.Read(Path.Combine(Case("tif"), "b")).Count);
    }

    [Fact]
    public void A_damaged_image_is_refused_or_left_out_by_choice()
    {
        foreach (string name in new[] { "a_red", "b_green" })
        {
            Directory.CreateDirectory(In($"photos/{name}/deeper"));
            File.Copy(Path.Combine(Case("hidden"), name, "000.png"), In($"photos/{name}/deeper/0.png"));
            File.Copy(Path.Combine(Case("hidden"), name, "001.png"), In($"photos/{name}/1.png"));
        }

        File.WriteAllBytes(In("photos/a_red/2.png"), File.ReadAllBytes(In("photos/a_red/1.png"))[..60]);
        Assert.Contains(
            "2.png", Assert.Throws<InvalidDataException>(() => ImageSet.Read(In("photos"))).Message,
            StringComparison.Ordinal);
        ImageSet images = ImageSet.Read(In("photos"), skipsBad: true);
        Assert.Equal(4, images.Count);
        Assert.Contains("left out: 1 of 5, such as ", Assert.Single(images.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Images_of_another_size_than_those_in_training_are_counted()
    {
        ImageSet images = ImageSet.Read(Case("hidden"));
        Assert.Empty(ImageSet.Read(Case("hidden"), Like(images.Height)).Warnings);
        string warning = Assert.Single(ImageSet.Read(Case("hidden"), Like(images.Height + 1)).Warnings);
        Assert.StartsWith(
            $"{images.Count} of {images.Count} images had another size", warning, StringComparison.Ordinal);

        ImageShape Like(int height) => new(images.Channels, height, images.Width, images.Classes, images.Largest);
    }

    [Fact]
    public void Images_that_are_too_small_for_a_network_are_refused_in_a_sentence()
    {
        ImageSet images = ImageSet.Read(Case("hidden"));
        var small = new ImageShape(images.Channels, 2, 3, images.Classes, images.Largest);
        Assert.StartsWith(
            "The images have 3 × 2 pixels, and the network needs 4 × 4 and more:",
            Assert.Throws<ArgumentException>(() => ImageModel.Train(ImageSet.Read(Case("hidden"), small))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void More_pixels_than_the_limit_are_refused_by_their_header_with_the_limit()
    {
        // 2³¹ values of bytes, in a file of 16 bytes.
        File.WriteAllBytes(In("train-images.idx3-ubyte"), [0, 0, 8, 3, 0, 2, 0, 0, 0, 0, 0, 128, 0, 0, 0, 128]);
        Refused(() => ImageSet.Read(In("train-images.idx3-ubyte")), "8.6 GB; the limit on this machine is");

        // One small picture, to be scaled to a model's size in 30 copies: 6 GB.
        Directory.CreateDirectory(In("copies"));
        string red = Directory.GetFiles(Path.Combine(Case("grey_first"), "a_red"))[0];
        for (int i = 0; i < 30; i++)
        {
            File.Copy(red, Path.Combine(In("copies"), $"{i}.png"));
        }

        var large = new ImageShape(3, 4096, 4096, [], 1.0);
        Refused(() => ImageSet.Read(In("copies"), large), "use fewer or smaller images");

        // A header of PNG that claims 60000 × 60000 pixels, and nothing behind it.
        File.WriteAllBytes(In("swollen.png"),
        [
            0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, 0, 0, 0, 13, .. "IHDR"u8, 0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60, 8, 2, 0, 0,
            0, 0x0F, 0xB0, 0xE2, 0x15, 0, 0, 0, 0, .. "IDAT"u8,
        ]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => ImageSet.Read(In("swollen.png")));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static void Refused(Action read, string says)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(
            says, Assert.Throws<InvalidDataException>(read).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 26);
    }
}
